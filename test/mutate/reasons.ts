/** Why survivors may live, by file. A mutant is named as docs/mutation.md shows it. */
export const reasons: Record<string, { reason: string; mutants: string[] }[]> = {
  'db/audit/bounds.ts': [
    {
      reason: 'Null is greater than no number.',
      mutants: [
        'if (last_subject !== null && last_subject > head) → if (true && last_subject > head)',
        "if (last_event !== null && last_event > head) return { what: 'e → if (true && last_event > head) return { what: 'e",
      ],
    },
  ],
  'db/audit/checkpoint.ts': [
    {
      reason: 'The first entry of what is missing is not read.',
      mutants: [
        'sh, signature] = pattern.exec(line) ?? []; → sh, signature] = pattern.exec(line) ?? ["Stryker was here"];',
      ],
    },
  ],
  'db/audit/seal.ts': [
    {
      reason: 'One page more is read, and it is empty.',
      mutants: ['if (isLast) return sealed; → if (false) return sealed;'],
    },
  ],
  'db/audit/trail.ts': [
    {
      reason: 'Who reads no event asks no further.',
      mutants: ['undefined) return { events: [], isLast: true }; → undefined) return { events: [], isLast: false };'],
    },
    {
      reason:
        'What is read ahead only saves time; a page is read again where acts came meanwhile, which takes two processes.',
      mutants: [
        'page = events.length > 0 ? events : (await readTrail(db, after)) → page = true ? events : (await readTrail(db, after))',
        'page = events.length > 0 ? events : (await readTrail(db, after)) → page = false ? events : (await readTrail(db, after))',
        'page = events.length > 0 ? events : (await readTrail(db, after → page = events.length >= 0 ? events : (await readTrail(db, after',
        'page = events.length > 0 ? events : (await readTrail(db, after → page = events.length <= 0 ? events : (await readTrail(db, after',
      ],
    },
    {
      reason: 'It bounds the memory of a range, not what is found in it.',
      mutants: [
        'if (events.length < kept) events.push(event); → if (true) events.push(event);',
        'if (events.length < kept) events.push(event); → if (events.length <= kept) events.push(event);',
      ],
    },
    {
      reason: 'One page more is read, and it is empty.',
      mutants: [
        'vents: encode(whole, subjects), isLast: !isCut && rows.length < events_per_page }; → vents: encode(whole, subjects), isLast: false };',
        'vents: encode(whole, subjects), isLast: !isCut && rows.length < events_per_page } → vents: encode(whole, subjects), isLast: isCut && rows.length < events_per_page }',
      ],
    },
    {
      reason: 'SQLite sorts alike. The order of texts in PostgreSQL may be another.',
      mutants: [') ?? []).map(subject => subject.lead_id).sort(); → ) ?? []).map(subject => subject.lead_id);'],
    },
  ],
  'db/audit/verify.ts': [
    {
      reason: 'Only a race reaches it: the range expires while the trail is read.',
      mutants: [
        'd_at < kept_since && (to_seq <= dropped || to_seq <= (await readDropped(db)))) { → d_at < kept_since && (to_seq <= dropped && to_seq <= (await readDropped(db)))) {',
        'if (sealed_at < kept_since && (to_seq <= dropped || to_seq <= (await readDropped(db))))  → if (sealed_at < kept_since && (false || to_seq <= (await readDropped(db)))) ',
        'if (sealed_at < kept_since && (to_seq <= dropped || to_seq <= (await readDropped → if (sealed_at < kept_since && (to_seq < dropped || to_seq <= (await readDropped',
        't < kept_since && (to_seq <= dropped || to_seq <= (await readDropped(db)))) { → t < kept_since && (to_seq <= dropped || false)) {',
        '_since && (to_seq <= dropped || to_seq <= (await readDropped(db)))) { → _since && (to_seq <= dropped || to_seq < (await readDropped(db)))) {',
      ],
    },
    {
      reason:
        'Only a race reaches it: the range expires between the reading of its events and the look at what is left.',
      mutants: [
        'const stray = events.length > 0 ? await findEvent(db, from_seq) : undef → const stray = true ? await findEvent(db, from_seq) : undef',
        'const stray = events.length > 0 ? await findEvent(db, from_seq) : und → const stray = events.length >= 0 ? await findEvent(db, from_seq) : und',
        "return stray === undefined || stray > to_seq ? undefined : place('inserted', 'event' → return stray === undefined || false ? undefined : place('inserted', 'event'",
      ],
    },
    {
      reason: 'It bounds the memory of a range, not what is found in it.',
      mutants: [
        'ead(from_seq, to_seq, seal.marks.length / mark_digits); → ead(from_seq, to_seq, seal.marks.length * mark_digits);',
      ],
    },
    {
      reason: 'A range with a hole has another sum.',
      mutants: [
        'if (hole === undefined && sum === seal.events_sha256) return u → if (true && sum === seal.events_sha256) return u',
      ],
    },
    {
      reason: 'Behind the head nothing is read, and so no hole is found.',
      mutants: [
        'if (head <= sealed_to) return undefined; → if (false) return undefined;',
        'if (head <= sealed_to) return undefined; → if (head < sealed_to) return undefined;',
      ],
    },
  ],
  'db/staff/token-secret.ts': [
    {
      reason: 'It draws once more than needed, and cuts what is too much.',
      mutants: [
        'while (letters.length < length) letters += writeLetters(randomB → while (letters.length <= length) letters += writeLetters(randomB',
      ],
    },
  ],
  'db/staff/tokens.ts': [
    {
      reason: 'The first entry of what is missing is not read.',
      mutants: [
        'id, secret] = shape.exec(presented) ?? []; → id, secret] = shape.exec(presented) ?? ["Stryker was here"];',
      ],
    },
    {
      reason: 'The pattern finds both or neither.',
      mutants: ['if (!id || !secret) return undefined; → if (!id && !secret) return undefined;'],
    },
  ],
  'db/vault/cipher.ts': [
    {
      reason: 'The tag is always the last 16 bytes, and none shorter reaches the cipher.',
      mutants: [
        "cm', key, boxed.subarray(0, iv_bytes), { authTagLength: tag_bytes }); → cm', key, boxed.subarray(0, iv_bytes), {});",
      ],
    },
  ],
  'db/vault/random.ts': [
    {
      reason: 'It only draws sooner: other bytes, as random as those before.',
      mutants: ['if (left < count) { → if (true) {', 'if (left < count) { → if (left <= count) {'],
    },
    { reason: 'It wipes memory of the process, which no caller can see.', mutants: ['pool.fill(0, from, left); → ;'] },
  ],
  'db/vault/signer.ts': [
    {
      reason: 'It keeps a derived key to save time; the same is derived again.',
      mutants: ['marks.set(use, key); → ;'],
    },
  ],
  'worker/guards/access.ts': [
    {
      reason: 'No token stands in that text either.',
      mutants: [
        ".exec(readHeader(c, 'Authorization') ?? '')?.[1]; → .exec(readHeader(c, 'Authorization') ?? \"Stryker was here!\")?.[1];",
      ],
    },
    {
      reason: 'Only tokens use this limit, so what names them within it tells nothing apart.',
      mutants: ["st headers = await useLimit(c, 'token', 'tokens'); → st headers = await useLimit(c, 'token', \"\");"],
    },
  ],
  'worker/shared/phone.ts': [
    {
      reason: 'The first entry of what is missing is not read.',
      mutants: [
        ', extension] = extended.exec(plain) ?? []; → , extension] = extended.exec(plain) ?? ["Stryker was here"];',
      ],
    },
    {
      reason: '`find` returns numbers with one plus sign, at their beginning.',
      mutants: ['const direct = /^\\+86(?:1[3-9]|95\\d{3,6}$)/; → const direct = /\\+86(?:1[3-9]|95\\d{3,6}$)/;'],
    },
    {
      reason: 'A number has one plus sign, at its beginning.',
      mutants: [
        '/^(\\+(?!39|47|2(?:2[5-79]|4[12]|5006)|378| → /(\\+(?!39|47|2(?:2[5-79]|4[12]|5006)|378|',
        '/^(\\+1)1(?=[1-9]\\d{9}\\b)/, → /(\\+1)1(?=[1-9]\\d{9}\\b)/,',
        '/^(\\+7)8(?=[1-9]\\d{9}\\b)/, → /(\\+7)8(?=[1-9]\\d{9}\\b)/,',
        '/^(\\+36)6(?=[1-9]\\d{7}\\b|[2357]\\d{8}\\b)/, → /(\\+36)6(?=[1-9]\\d{7}\\b|[2357]\\d{8}\\b)/,',
        '/^(\\+370|\\+993)8(?=[1-9]\\d{7}\\b)/, → /(\\+370|\\+993)8(?=[1-9]\\d{7}\\b)/,',
        '/^(\\+375)80?(?=[1-9]\\d{8}\\b)/, → /(\\+375)80?(?=[1-9]\\d{8}\\b)/,',
      ],
    },
  ],
  'worker/staff/tokens.ts': [
    {
      reason: 'The path of these handlers always has an id.',
      mutants: ["const id = c.req.param('id') ?? ''; → const id = c.req.param('id') ?? \"Stryker was here!\";"],
    },
  ],
};
