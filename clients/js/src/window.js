const AMENDS = { edit: true, delete: true };

/**
 * The entries of one conversation in memory: without a hole but gaps, bounded, messages as amended by what came after them. The list is a new
 * one at each change.
 */
export class Window {
  #max;
  entries = [];
  /** The first sequence that was looked at: before it, there may be older ones. */
  floor;
  /** The first sequence that the user may read, as far as is known. */
  first = 1;

  /** @param after the window begins behind it */
  constructor(max, after) {
    this.#max = max;
    this.floor = after + 1;
  }

  get hasOlder() {
    return this.floor > this.first;
  }

  /** Forgets all; begins behind that sequence. */
  reset(after) {
    this.entries = [];
    this.floor = after + 1;
  }

  /** Entries that come next, in order. */
  append(added) {
    if (added.length === 0) return;
    const entries = [...this.entries, ...added];
    for (const entry of added) if (AMENDS[entry.kind]) amend(entries, entry);
    if (entries.length > this.#max) {
      entries.splice(0, entries.length - this.#max);
      this.floor = entries[0].sequence;
    }
    this.entries = entries;
  }

  /** A page before the floor. @param page as the server gave it, asked for with `before: floor`. Returns what is new. */
  prepend(page, before) {
    this.first = Math.max(this.first, page.first ?? 1);
    if (before !== this.floor) return []; // the window moved meanwhile: what lies between would be a hole
    const added = page.entries.filter(entry => entry.sequence < before).sort((a, b) => a.sequence - b.sequence);
    const seen = [...added.map(entry => entry.sequence), ...(page.gaps ?? []).map(gap => gap.from)];
    this.floor = seen.length === 0 ? this.first : Math.max(this.first, Math.min(before, ...seen));
    const entries = [...added, ...this.entries];
    for (const entry of this.entries) if (AMENDS[entry.kind]) amend(entries, entry);
    this.entries = entries;
    return entries.slice(0, added.length);
  }
}

/** The page may show a message as amended later than this: then it stays. */
function amend(entries, amendment) {
  const at = find(entries, amendment.targetSequence);
  if (at < 0) return;
  const target = entries[at];
  if (target.deleted) return;
  if (amendment.kind === 'delete') {
    for (let i = at; i < entries.length; i++) {
      const each = entries[i];
      if (i === at || (each.kind === 'edit' && each.targetSequence === target.sequence)) entries[i] = bare(each, amendment.sentAt, i === at);
    }
  } else if (amendment.body !== undefined && !(target.editedAt > amendment.sentAt)) {
    entries[at] = { ...target, body: amendment.body, editedAt: amendment.sentAt };
  }
}

function bare({ body, contentType, attachments, mentions, replyTo, ext, editedAt, ...rest }, deletedAt, isTarget) {
  return isTarget ? { ...rest, deleted: true, deletedAt } : { ...rest, deleted: true };
}

function find(entries, sequence) {
  let low = 0;
  let high = entries.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const at = entries[middle].sequence;
    if (at === sequence) return middle;
    if (at < sequence) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}
