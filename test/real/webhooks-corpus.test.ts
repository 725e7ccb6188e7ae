/** The same promises as in test/bot, over five times as many damaged payloads. */
process.env['CORPUS_DAMAGED'] = '10000';
await import('../bot/webhooks-corpus.test.ts');
