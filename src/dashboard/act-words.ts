import type { PauseState, RunningState } from '../operate/operator-types.js';
import type { Act, Acted } from './act.js';
import type { AnswerView } from './views.js';

/** What an action has answered, in words. A trigger has a page of its own. */
export function wordsOf(
  { name }: Pick<Act, 'name'>,
  acted: Exclude<Acted, { action: 'trigger' }>,
): Pick<AnswerView, 'heading' | 'sentences'> {
  const isAll = name === '*';
  const it = isAll ? 'All tasks' : name;
  switch (acted.action) {
    case 'pause': {
      const { paused, running, warnings } = acted.answer;
      return {
        heading: `${it} ${isAll ? 'are' : 'is'} paused`,
        sentences: [`Paused ${untilOf(paused)}.`, ...running.map(goesOn), ...warnings],
      };
    }
    case 'resume': {
      const { status, stillPaused } = acted.answer;
      return {
        heading: `${it} ${isAll ? 'were' : 'was'} ${status}`,
        sentences: stillPaused
          ? [stillPausedSentence(stillPaused)]
          : ['What was due meanwhile is not caught up.'],
      };
    }
    case 'cancel': {
      const { running, hearsBy } = acted.answer;
      return {
        heading: `The run of ${it} was asked to stop`,
        sentences: [
          `It runs on ${running.replica} with fence ${running.fence}, and hears of it by ${hearsBy}.`,
          'It keeps its lock until its method has stopped, or its maximum hold ends.',
        ],
      };
    }
    case 'release': {
      const { freeAt } = acted.answer;
      const free =
        freeAt === null
          ? 'The lease has no end, and so the lock stays held.'
          : `The lock is free at ${freeAt}.`;
      return { heading: `The lock of ${it} was taken from its run`, sentences: [free] };
    }
    case 'forget':
      return { heading: `${it} is forgotten`, sentences: [`${acted.answer.removed} rows were removed.`] };
  }
}

function untilOf({ until }: PauseState): string {
  return until === null ? 'until somebody resumes it' : `until ${until}`;
}

function goesOn({ replica, since, fence }: RunningState): string {
  return `A run goes on, on ${replica} since ${since}, with fence ${fence}.`;
}

function stillPausedSentence({ name, by, ...pause }: PauseState): string {
  return `${name === '*' ? 'All tasks are' : `${name} is`} paused still, by ${by}, ${untilOf({ name, by, ...pause })}.`;
}
