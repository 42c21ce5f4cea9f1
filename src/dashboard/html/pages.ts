export { answerPage, messagePage } from './answer-page.js';
export { confirmPage } from './confirm-page.js';
export { listPage } from './list-page.js';
export { taskPage } from './task-page.js';
