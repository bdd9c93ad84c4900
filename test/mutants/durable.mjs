/** Dead letters, and how connections begin. [what breaks, text in the source, what stands there instead] */
export default [
  {
    file: 'src/deadletter/store.ts',
    tests: ['unit/deadletter/store'],
    mutants: [
      [
        'a dead letter found there is not synced again',
        'await syncDirectory(directory).catch((cause: unknown) => {\n        throw refused(`"${directory}": ${reasonOf(cause)}`, cause);\n      });',
        '',
      ],
      [
        'a dead letter whose sync failed stays',
        'await remove(directory, `${name}${ending}`).catch(() => undefined);',
        ';',
      ],
      [
        'the sidecar is written before its body',
        'await writeDurably(directory, `${name}${BODY}`, body);\n      await writeDurably(directory, `${name}${SIDECAR}`, sidecar);',
        'await writeDurably(directory, `${name}${SIDECAR}`, sidecar);\n      await writeDurably(directory, `${name}${BODY}`, body);',
      ],
      ['dead letters have no limit', 'if (this.#bytes + size > maxBytes) throw', 'if (maxBytes < 0) throw'],
      ['a letter that could not be written counts', 'this.#bytes -= size;', ''],
      [
        'the same letter is kept twice',
        'if (await exists(directory, `${name}${SIDECAR}`)) {',
        'if (directory === name) {',
      ],
    ],
  },
  {
    file: 'src/delivery/links/dial.ts',
    tests: ['unit/delivery/certificates', 'unit/delivery/tls'],
    mutants: [
      ['TLS is destroyed after its socket', 'opened.reverse()', 'opened'],
      ['pins are not checked', 'checkPins(certificate, settings.tls, endpoint);', ''],
    ],
  },
];
