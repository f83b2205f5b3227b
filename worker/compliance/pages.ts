/**
 * All that looks whether promises are kept, as one module that is loaded when it is first needed: by the job, or by the
 * page.
 */
export { showCompliance } from './page.ts';
export { checkPromises } from './run.ts';
