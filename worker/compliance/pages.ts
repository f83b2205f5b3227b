/**
 * All that proves that promises are kept, as one module that is loaded when it is first needed: by the job, or by a page.
 */
export { pullEvents } from '../audit/list.ts';
export { showProof } from '../leads/proof.ts';
export { showCompliance } from './page.ts';
export { checkPromises } from './run.ts';
