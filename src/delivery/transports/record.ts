import type { X509Certificate } from 'node:crypto';
import type { Clock } from '../../flow/clock.js';
import type { Framing } from '../../model/format-plan.js';
import type { Link } from '../links/link.js';
import type { DeliveryTuning, DestinationSettings, Endpoint, Guarantee } from '../delivery-settings.js';

/** What an endpoint begins with: `name://host:port`. */
export interface Scheme {
  readonly name: string;
  readonly tls: boolean;
  /** Where receivers listen by default; undefined: there is no such port. */
  readonly port: number | undefined;
}

/** What a link needs to open. */
export interface OpenDeps {
  readonly settings: DestinationSettings;
  readonly tuning: DeliveryTuning;
  /** The largest send buffer of our kernel, bytes. */
  readonly sendBufferBytes: number;
  /** Which of a name's addresses to try first. */
  readonly rotateBy: number;
  /** Is told which certificates receivers show. */
  readonly certificates:
    { readonly saw: (endpoint: string, certificate: X509Certificate | undefined) => void } | undefined;
  readonly clock: Clock;
  /** Called when the link may have changed: it can be written to again, or it is lost. */
  readonly onChange: () => void;
  /** Aborts when nobody wants the link any more. */
  readonly signal: AbortSignal;
}

/**
 * One way to a receiver, and all that is special about it. Config, its checks, the settings, `tune` and the destination read these records; nothing else
 * knows how many there are.
 */
export interface Transport {
  /** As users call it. */
  readonly name: string;
  /** At least one. */
  readonly schemes: readonly Scheme[];
  /** What can count as delivered; the first is the default. */
  readonly guarantees: readonly [Guarantee, ...Guarantee[]];
  /** The receiver answers each event, so that a connection proves itself as it opens. */
  readonly answers: boolean;
  /** How one message is told from the next, and why the config can't say so; undefined: the config chooses. */
  readonly framing: { readonly is: Framing; readonly why: string } | undefined;
  /** A line break in a message is not taken for its end, whatever the framing. */
  readonly keepsLineBreaks: boolean;
  /** Bytes of a message: the default, and the most that fits; undefined: what the receiver's preset says. */
  readonly message: { readonly usualBytes: number; readonly mostBytes: number } | undefined;
  /** Pace where the config names none: events a second, and in how many bursts; undefined: the receiver slows us down by itself. */
  readonly pace: { readonly eps: number; readonly bursts: number } | undefined;
  /** It is noticed when a receiver is gone, so another can take over. */
  readonly failsOver: boolean;
  /** Why its receivers can't stand in one destination with those of another; undefined: nothing against it. */
  readonly alone: string | undefined;
  /** Why `tune` can't try it, and whether `tune --live`, with a receiver of your own, can. */
  readonly untunable: { readonly why: string; readonly unlessLive: boolean } | undefined;
  /** Says why the config can't ask for this guarantee. @param elsewhere the schemes whose receivers give it. */
  readonly refuse: (guarantee: Guarantee, elsewhere: string) => string;
  /** @throws ForwarderError when there is no way to the receiver; ABANDONED when the signal aborts first. */
  readonly open: (endpoint: Endpoint, deps: OpenDeps) => Promise<Link>;
}
