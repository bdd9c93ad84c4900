/** Phrases to avoid, each with what to write. Plain English is for readers who are tired, and for whom it is a foreign language. */
const avoid = (pattern, message) => ({ pattern, message });

export const PHRASES = [
  // Riddles: the subject is missing, or stands where nobody looks for it.
  avoid(
    '/(?:^|[.;] )So (?:does|do|did|is|are|was|were|has|have)\\b/',
    'name the subject: "So does one" sends the reader back',
  ),
  avoid('/\\bthe one\\b[^.]{1,80}\\bthe other\\b/i', 'name both'),
  avoid('/(?:^|[.] )As \\w+ as\\b/', 'a whole sentence: subject and verb first'),
  avoid('/\\bwho would\\b[.]/i', 'say who does what'),
  // Witty or old words, and the usual ones.
  avoid('/\\bshows? itself\\b/i', 'write "runs a demo"'),
  avoid('/\\b(?:stands?|stood|standing) still\\b/i', 'write "stops responding", or "does not move"'),
  avoid('/\\banew\\b/i', 'write "again"'),
  avoid('/\\bfor ever\\b/i', 'write "without end", or "and never stops"'),
  avoid('/\\bstumbles?\\b/i', 'say what fails'),
  avoid('/\\bin spite of\\b/i', 'write "although"'),
  avoid('/\\bheals?\\b/i', 'write "repairs", or "works again"'),
  avoid('/\\bwithout a word\\b/i', 'write "and reports nothing"'),
  avoid('/\\bof (?:its|their|our) own accord\\b/i', 'write "without your help"'),
  avoid('/\\bon end\\b/i', 'write "one after another"'),
  avoid('/\\bfrom then on\\b/i', 'write "after that"'),
  avoid(
    '/\\b(?:hitherto|thereof|whereof|wherein|thereby|whilst|amongst|lest|hence)\\b/i',
    'an old word; use the usual one',
  ),
  // Words that say nothing.
  avoid('/\\b(?:simply|just|easily|obviously|of course|basically|actually)\\b/i', 'leave it out'),
  avoid('/\\b(?:in order to)\\b/i', 'write "to"'),
  avoid('/\\b(?:utili[sz]e|leverage)[sd]?\\b/i', 'write "use"'),
  avoid('/\\b(?:e\\.g\\.|i\\.e\\.|etc\\.)/i', 'write "for example", "that is", or the list'),
  // One word, one thing (ARCHITECTURE, "Vocabulary").
  avoid('/\\blog stores?\\b/i', 'the word is "logstore"'),
  avoid('/\\bback ?pressure\\b/i', 'the word is "back-pressure"'),
  avoid('/\\bworker threads?\\b/i', 'the word is "formatter thread"'),
  avoid('/\\bcheck ?point offset\\b/i', 'the word is "cursor"'),
  avoid('/\\bSIEM system\\b/i', 'the M and the S say it: "SIEM"'),
];
