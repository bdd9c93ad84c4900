/** The kernel's host side. [what breaks, text in the source, what stands there instead] */
export default [
  {
    file: 'workers/kernel/kernel.ts',
    tests: ['unit/workers/fields-apart', 'unit/workers/kernel', 'unit/workers/kernel-size', 'property/kernel/fuzz'],
    mutants: [
      ['a batch may claim any size', "if (rawSize > this.#maxRawSize) throw new KernelFault('size-limit', -1);", ''],
      [
        'a plain body of another length is read',
        "if (body.length !== rawSize) throw new KernelFault('size-mismatch', -1);",
        '',
      ],
      [
        'a body longer than LZ4 could make it is loaded',
        "if (body.length > rawSize + rawSize / 255 + 16) throw new KernelFault('size-mismatch', -1);",
        '',
      ],
      [
        'a fault of the kernel ends the thread',
        'if (thrown instanceof KernelFault) return { ok: false, fault: thrown.fault };',
        '',
      ],
      [
        'every error is a fault of the batch',
        'if (thrown instanceof KernelFault) return { ok: false, fault: thrown.fault };\n      throw thrown;',
        "return { ok: false, fault: (thrown as KernelFault).fault ?? { reason: 'protobuf-corrupt', offset: 0 } };",
      ],
      ['memory of a giant batch is kept', 'this.#small < SMALL_BATCHES || this.#memory.length < SMALL_MEMORY', 'true'],
      [
        'a fresh kernel has no plans',
        'this.#memory = new Uint8Array(this.#kernel.memory.buffer);\n    this.#layPlans();\n  }\n\n  #host',
        'this.#memory = new Uint8Array(this.#kernel.memory.buffer);\n  }\n\n  #host',
      ],
      [
        'memory that grew is looked at where it was',
        'this.#kernel.memory.grow(missing);\n    this.#memory = new Uint8Array(this.#kernel.memory.buffer);',
        'this.#kernel.memory.grow(missing);',
      ],
      [
        'frames may be many times their batch',
        'Math.min(MAX_EXPANSION * maxRawSize + PAGE, MAX_FRAME_BYTES)',
        'MAX_FRAME_BYTES',
      ],
      ['reasons of faults are mixed up', "[FAULT.sizeMismatch]: 'size-mismatch'", "[FAULT.sizeMismatch]: 'size-limit'"],
      ['what became of the logs is not counted', '[name, words[i]]', '[name, 0]'],
    ],
  },
  {
    file: 'workers/kernel/group-cursor.ts',
    tests: ['unit/workers/kernel', 'unit/workers/kernel-size', 'property/kernel/fuzz'],
    mutants: [
      ['every group of a batch has the cursor of the first', 'BigInt(text) + BigInt(group)', 'BigInt(text)'],
      ['a number beyond 64 bits is a cursor', 'if (number >= MAX_CURSOR) return', 'if (number > MAX_CURSOR) return'],
      [
        'an odd cursor of any length is written',
        'cursor.slice(0, MAX_ODD_CURSOR)',
        'cursor',
        { survives: 'the room for it bounds it too; the service has no cursor of 400 characters' },
      ],
      ['the upper half of a cursor is lost', 'high: Number(number >> 32n)', 'high: 0'],
      [
        'a cursor that is no base64 ends the thread',
        "} catch {\n    return '';",
        '} catch (thrown) {\n    throw thrown;',
      ],
    ],
  },
  {
    file: 'workers/kernel/output.ts',
    tests: ['unit/workers/output', 'unit/workers/kernel', 'unit/workers/kernel-size', 'property/kernel/fuzz'],
    mutants: [
      [
        'frames are written beside memory that is too small',
        'memory !== undefined && memory.length >= this.#sizeFor(0)',
        'memory !== undefined',
      ],
      [
        'frames beyond the limit are made',
        "if (needed > this.#limit) throw new KernelFault('size-limit', consumed);",
        '',
      ],
      ['more frames than logs overflow their ends', 'this.#frames + frames > this.#room', 'false'],
      ['frames are lost when the buffer grows', 'grown[0].set(this.#bytes.subarray(0, this.#length));', ''],
      ['ends are lost when the buffer grows', 'grown[1].set(this.#ends.subarray(0, this.#frames));', ''],
      [
        'an octet count of more digits than guessed overwrites the message',
        'this.#bytes.copyWithin(start + count.length, start + reserved, this.#length);',
        '',
      ],
      ['an octet count does not move the end', 'this.#length += moved;', ''],
      ['there is no room for a longer octet count', 'if (moved > 0) this.#reserve(moved, 0, this.#rawSize);', ''],
      ['bytes behind the frames are handed on', 'this.#bytes.subarray(0, this.#length), ends', 'this.#bytes, ends'],
    ],
  },
  {
    file: 'workers/kernel/rejected.ts',
    tests: ['unit/workers/rejected', 'unit/workers/kernel-size'],
    mutants: [
      [
        'rejected logs multiply their tags without bound',
        "if (this.#size > this.#limit) throw new KernelFault('size-limit', -1);",
        '',
      ],
      ['the tags of another group are kept', 'groupIndex !== this.#group', 'this.#group < 0'],
      ['other logs of the group are kept with it', 'if (group[at] !== FIELD_1) kept', 'kept'],
      [
        'the place of a rejected log is that of its batch',
        'cursor: this.#cursorOf(groupIndex)',
        'cursor: this.#cursorOf(0)',
      ],
      ['a rejected log is a log, not a list', 'const raw = field(own);', 'const raw = own;'],
      ['a length of 128 is one byte', 'value < 0x80 ? [value]', 'value <= 0x80 ? [value]'],
    ],
  },
  {
    file: 'workers/kernel/needles.ts',
    tests: ['property/kernel/searches', 'unit/workers/needles'],
    mutants: [
      ['a short text is not found at the end', 'byte === undefined || low', 'low'],
      [
        'a place beyond the text is looked at',
        'if (i < BYTES - 1 || count >= least) continue;',
        'if (count >= least) continue;',
      ],
      ['bytes are chosen anew with every batch', 'if (!isPowerOfTwo(this.#samples)) return;', ''],
      ['the commonest bytes are looked for', 'count >= least) continue;', 'count < (i < BYTES ? 0 : least)) continue;'],
      ['the masks stay those of the last choice', 'write(masksAt, masksOf(texts, offsets));', ''],
    ],
  },
  {
    file: 'workers/kernel/plan-header.ts',
    tests: ['unit/workers/kernel', 'unit/workers/times', 'property/kernel/oracle', 'unit/workers/header'],
    mutants: [
      ['an RFC 3164 tag of 33 bytes', 'const MAX_TAG = 32;', 'const MAX_TAG = 33;'],
      ['DEL in a fixed header field', 'byte > 0x20 && byte < 0x7f', 'byte > 0x20 && byte <= 0x7f'],
      ['a blank in a fixed header field', 'byte > 0x20 && byte < 0x7f', 'byte >= 0x20 && byte < 0x7f'],
      ['an APP-NAME of 49 bytes', 'const MAX_APP_NAME = 48;', 'const MAX_APP_NAME = 49;'],
      ['a PROCID of 129 bytes', 'const MAX_PROC_ID = 128;', 'const MAX_PROC_ID = 129;'],
      ['a MSGID of 33 bytes', 'const MAX_MSG_ID = 32;', 'const MAX_MSG_ID = 33;'],
      ['a HOSTNAME of 256 bytes', 'const MAX_HOSTNAME = 255;', 'const MAX_HOSTNAME = 256;'],
      ['a severity is rated as another', 'RATINGS[priority % 8]', 'RATINGS[(priority + 1) % 8]'],
      ['no BOM though it is asked for', "(bom ? BOM : '')", "''"],
      ['the tag of RFC 3164 has no colon', "hasTag ? ': ' : ' '", "' '"],
    ],
  },
  {
    file: 'workers/kernel/plan-encoder.ts',
    tests: [
      'unit/workers/fields-apart',
      'unit/workers/kernel',
      'unit/workers/kernel-size',
      'property/kernel/oracle',
      'property/kernel/conditions',
      'unit/workers/sampling',
    ],
    mutants: [
      ['parts of conditions that sample are not seen', "condition?.op === 'sample'", 'false'],
      ['an alternative is lost', 'values: [...other.values, ...one.values]', 'values: one.values'],
      [
        'alternatives on several fields are one',
        '`${one.op} ${one.ignoreCase} ${idOf(one.ref)}`',
        '`${one.op} ${one.ignoreCase}`',
      ],
      ['not is left out', 'items.length === 1 && op !== OP.not', 'items.length === 1'],
      ['a sample is twice as large', 'Math.floor(condition.share * 2 ** 32)', 'Math.floor(condition.share * 2 ** 33)'],
      ['a hidden value is cut before others', ".filter((key) => masks.of({ kind: 'content', key }) === 0)", ''],
      [
        'a row of rules has one text only',
        'slots |= 1n << BigInt(slotOf(value))',
        'slots = 1n << BigInt(slotOf(value))',
      ],
      ['a line of JSON is split', "newline !== 'split' || isText ? newline : 'escape'", 'newline'],
    ],
  },
  {
    file: 'workers/kernel/plan-masks.ts',
    tests: ['unit/workers/masks'],
    mutants: [
      ['a way into a hidden JSON stays open', 'path.length > 0 && this.of', 'path.length > 1 && this.of'],
      ['a hidden field is shown', 'return this.#masks.get(idOf(field)) ?? 0;', 'return 0;'],
      ['more of a hidden value is shown than asked for', 'last: as.last }', 'last: as.last + 1 }'],
    ],
  },
  {
    file: 'workers/kernel/plan-shape.ts',
    tests: ['unit/workers/masks', 'property/kernel/oracle'],
    mutants: [
      ['others are shown though nobody named them', 'dropOthers: Number(dropOthers),', 'dropOthers: 0,'],
      ['a field to be dropped is shown', 'drop: Number(drop),', 'drop: 0,'],
      ['empty values are shown', 'dropEmpty: Number(dropEmpty),', 'dropEmpty: 0,'],
      ['fields keep their own names', "name: segment.text(name ?? ''),", "name: segment.text(''),"],
      ['fields come in any order', 'order: segment.addresses(ordered),', 'order: [0, 0],'],
    ],
  },
  {
    file: 'workers/kernel/plan-body.ts',
    tests: [
      'property/kernel/leef-cef',
      'property/kernel/oracle',
      'property/kernel/kv-quotes',
      'unit/workers/kernel-size',
      'property/kernel/json-names',
    ],
    mutants: [
      [
        'a log brings its own devTimeFormat',
        "const LEEF_RESERVED = ['devTime', 'devTimeFormat',",
        "const LEEF_RESERVED = ['devTime',",
      ],
      [
        'a member comes twice',
        '    reserved,\n    taken: [...reserved,',
        '    reserved: [],\n    taken: [...reserved,',
      ],
      ['JSON that is cut says so under a name of the log', '[...reserved, TRUNCATED].map', 'reserved.map'],
      ['titles of CEF are escaped as values', 'titleMode: ESCAPE.cefTitle', 'titleMode: ESCAPE.cefValue'],
      ['a separator inside a quoted value is not quoted', ' || separator.includes(character)', ''],
      ['a quote inside a value is not quoted', 'const ODD = /[\\0- "=', 'const ODD = /[\\0- ='],
    ],
  },
  {
    file: 'workers/kernel/plan-searches.ts',
    tests: [
      'unit/workers/fields-apart',
      'unit/workers/paths-and-case',
      'property/kernel/searches',
      'property/kernel/oracle',
    ],
    mutants: [
      ['texts beyond the first search are lost', 'Math.ceil(all.length / size)', 'Math.floor(all.length / size)'],
      ['a text is looked for in another field', 'idOf(search.ref) === idOf(ref) ? ', 'true ? '],
      ['ignoring case is looked for as it is', "op === 'contains' && ignoreCase !== true", "op === 'contains'"],
    ],
  },
  {
    file: 'workers/kernel/plan-paths.ts',
    tests: ['unit/workers/paths-and-case', 'property/kernel/json', 'property/kernel/oracle'],
    mutants: [
      [
        'a key that is also on the way loses its value',
        'if (i === path.length - 1) step.ref = ref;',
        'if (i === path.length - 1 && step.below.size === 0) step.ref = ref;',
      ],
      ['a way of two keys begins anew', 'const step = level.get(key) ?? {', 'const step = {'],
    ],
  },
];
