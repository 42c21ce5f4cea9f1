import fc from 'fast-check';
import { playedTasks } from './played-task.js';
import type { PlayedTask } from './played-task.js';
import { storeCommands } from './store-commands.js';
import { Reference, StoreStage } from './store-stage.js';
import type { TravellingStore } from './travelling-stores.js';

/** Holds where a store answers as the reference does, whatever replicas ask and whenever. */
export function answersAsDesigned(open: () => TravellingStore) {
  const commands = fc.commands(storeCommands, { maxCommands: 60, size: 'max' });
  let played = 0;
  const setUp = async (task: PlayedTask): Promise<{ model: Reference; real: StoreStage }> => {
    const model = new Reference(task);
    const real = new StoreStage(open(), `task ${played++}`);
    await real.passTime(model, 0);
    return { model, real };
  };
  return fc.asyncProperty(playedTasks, commands, (task, steps) => fc.asyncModelRun(() => setUp(task), steps));
}
