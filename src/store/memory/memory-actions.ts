import { pausedTimes } from '../paused-times.js';
import { ALL_TASKS } from '../operator-store.js';
import type {
  NewTrigger,
  PausedTime,
  RecordedAction,
  TakenTask,
  TakenTrigger,
  TriggerAnswer,
} from '../operator-store.js';

interface OpenTrigger extends NewTrigger {
  expiresAt: number;
}

/** Who did what, and the triggers that wait for a replica. */
export class InMemoryActions {
  private actions: RecordedAction[] = [];
  private added = 0;
  private readonly triggers = new Map<RecordedAction, OpenTrigger>();

  constructor(private readonly now: () => number) {}

  add(action: Omit<RecordedAction, 'id' | 'at'>): RecordedAction {
    const added = { ...action, id: String(++this.added), at: new Date(this.now()) };
    this.actions.push(added);
    return added;
  }

  get(id: string): RecordedAction | undefined {
    const found = this.actions.find((each) => each.id === id);
    return found && { ...found };
  }

  newest(name: string | undefined, limit: number, before?: string): RecordedAction[] {
    return this.actions
      .filter((each) => name === undefined || each.name === name || each.name === ALL_TASKS)
      .filter(({ id }) => before === undefined || Number(id) < Number(before))
      .reverse()
      .slice(0, limit)
      .map((action) => ({ ...action }));
  }

  /** The pauses of a task and of all tasks, as they were. */
  pauses(task: string): PausedTime[] {
    return pausedTimes(
      this.actions.flatMap(({ name, action, ...rest }) =>
        (name === task || name === ALL_TASKS) && (action === 'pause' || action === 'resume')
          ? [{ name, action, ...rest }]
          : [],
      ),
    );
  }

  /** A pause or a resume stays as long as a run that is older than it, and the last one of a name stays. */
  prune(maxAge: number, isExplained: (name: string, at: Date) => boolean): number {
    const old = this.actions.filter(({ name, action, at }, index) => {
      if (at.getTime() >= this.now() - maxAge) return false;
      if (action !== 'pause' && action !== 'resume') return true;
      const later = this.actions.slice(index + 1);
      const isLast = !later.some((each) => each.name === name && /^(pause|resume)$/.test(each.action));
      return !isLast && !isExplained(name, at);
    });
    this.actions = this.actions.filter((each) => !old.includes(each));
    return old.length;
  }

  addTrigger(trigger: NewTrigger, takenBy?: string): { id: string; expiresAt: Date } {
    const { task: name, key, by, reason, expiresIn } = trigger;
    const expiresAt = this.now() + expiresIn;
    const action = this.add({
      action: 'trigger',
      name,
      key,
      by,
      reason,
      takenBy,
      expiresAt: new Date(expiresAt),
    });
    this.triggers.set(action, { ...trigger, expiresAt });
    return { id: action.id, expiresAt: new Date(expiresAt) };
  }

  take(tasks: readonly TakenTask[], replica: string): TakenTrigger[] {
    return [...this.triggers].flatMap(([action, { task, key, args, by, evenIfPaused, expiresAt }]) => {
      if (action.takenBy !== undefined || action.answer !== undefined) return [];
      if (expiresAt <= this.now()) {
        Object.assign(action, { answer: 'expired', answeredAt: new Date(this.now()) });
        return [];
      }
      const asked = tasks.find((each) => each.task === task);
      if (!asked) return [];
      Object.assign(action, { takenBy: replica, expiresAt: new Date(this.now() + asked.startsWithin) });
      return [{ id: action.id, task, key, args, by, evenIfPaused }];
    });
  }

  start(id: string, fence: bigint, key?: string): void {
    if (this.get(id)?.answer !== undefined) return;
    this.change(id, { fence, ...(key === undefined ? {} : { key }) });
  }

  /** The first answer stays. */
  answer(id: string, { answer, fence, error }: TriggerAnswer): void {
    if (this.get(id)?.answer !== undefined) return;
    const answeredAt = new Date(this.now());
    this.change(id, { answer, error, answeredAt, ...(fence === undefined ? {} : { fence }) });
  }

  private change(id: string, change: Partial<RecordedAction>): void {
    const action = this.actions.find((each) => each.id === id);
    if (action) Object.assign(action, change);
  }
}
