import { readIssued, unusable, type CredentialsSource } from './credentials.js';
import type { HttpText } from './http-text.js';

const NAME = 'the credentials URI';

/** Whatever answers at an address with credentials as JSON. */
export function fromUri(http: HttpText, url: string): CredentialsSource {
  const fetch: CredentialsSource['fetch'] = async () => {
    const { status, json, skewMs } = await http.request({ what: NAME, url });
    if (status !== 200) throw unusable(`${NAME} answered ${status}`);
    return readIssued(NAME, json, skewMs);
  };
  return { name: 'credentials URI', fetch };
}
