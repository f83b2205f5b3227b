const formats = new Map<string, Intl.DateTimeFormat>();

/** Writes an instant as a field of a form has it, in a time zone: `2026-11-23T12:00`. */
export function writeLocal(at: Date, time_zone: string): string {
  const options = { timeZone: time_zone, dateStyle: 'short', timeStyle: 'short' } as const;
  const format = formats.get(time_zone) ?? new Intl.DateTimeFormat('sv-SE', options);
  formats.set(time_zone, format);
  return format.format(at).replace(' ', 'T');
}

/** Reads such a field as an instant; what is none is returned as it is. Of a minute that comes twice, it is the earlier. */
export function readLocal(local: string, time_zone: string): string {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d$/.test(local)) return local;
  const wall = Date.parse(`${local}Z`);
  if (Number.isNaN(wall)) return local;
  const offset = (at: number) => Date.parse(`${writeLocal(new Date(at), time_zone)}Z`) - at;
  const guess = wall - offset(wall);
  return new Date(wall - offset(guess)).toISOString();
}

/** Reads such a field as the last instant of its minute, because whoever names a minute as the end means all of it. */
export function readLocalEnd(local: string, time_zone: string): string {
  const begin = readLocal(local, time_zone);
  return begin === local ? local : new Date(Date.parse(begin) + 59_999).toISOString();
}
