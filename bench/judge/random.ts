export { binomial, normal, poisson, seeded, type Random } from '../../src/judge/random.ts';
