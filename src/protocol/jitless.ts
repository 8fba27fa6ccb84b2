import * as z from 'zod/mini';

// zod compiles parsers with `new Function` unless told not to; the dashboard's content security policy forbids that and
// would report the attempt. Every file with a schema imports this first.
z.config({ jitless: true });
