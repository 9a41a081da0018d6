-- SPDX-License-Identifier: EUPL-1.2
--
-- The schema of the registry, step 2: words that are searched for.
--
--   search   one row for each message that could be read, under its id
--
-- The table keeps its own copy of the words, which costs their size once more: a contentless one
-- could drop a row only by being told exactly what it had been given, and who has a mail erased must
-- not depend on that.  Diacritics do not count ("Prufung" finds "Prüfung"); words are not stemmed,
-- since a question finds beginnings of words.  A row follows its message by registry_index_message(),
-- which asks the same as the last statement here asks of the messages that are there already.

CREATE VIRTUAL TABLE search USING fts5(
    title,   -- of its documents
    subject,
    sender,  -- name and address
    words,   -- the body; resolution and reasoning of its motions
    files,   -- names of its parts
    tokenize = 'unicode61 remove_diacritics 2'
);

INSERT INTO search (rowid, title, subject, sender, words, files)
SELECT m.id,
       (SELECT group_concat(d.title, char(10)) FROM documents d WHERE d.message = m.id),
       m.subject,
       coalesce(m.sender_name, '') || ' ' || coalesce(m.sender_address, ''),
       coalesce(json_extract(m.reading, '$.mail.text'), '') || char(10) ||
           coalesce((SELECT group_concat(coalesce(json_extract(j.value, '$.resolution'), '') ||
                                         char(10) ||
                                         coalesce(json_extract(j.value, '$.reasoning'), ''), char(10))
                     FROM json_each(m.reading, '$.motions') j), ''),
       (SELECT group_concat(p.name, char(10)) FROM parts p WHERE p.message = m.id)
FROM messages m
WHERE m.reading IS NOT NULL;
