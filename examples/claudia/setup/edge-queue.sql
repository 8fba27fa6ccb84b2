-- What was written on this client while it was offline; the triggers queue it.
INSERT INTO documents (title) VALUES ('Written on the train');
-- The primary has this setting with another value: a person must choose.
INSERT INTO settings (id, name, value) VALUES ('00000000-0000-4000-8000-000000000003', 'theme', '"dark"');
