import { ALL_TASKS } from '../operator-store.js';
import type {
  NewTrigger,
  PausedTime,
  RecordedAction,
  TakenTrigger,
  TriggerAnswer,
} from '../operator-store.js';

interface OpenTrigger extends NewTrigger {
  expiresAt: number;
}

/** Who did what, and the triggers that wait for a replica. */
export class InMemoryActions {
  private readonly actions: RecordedAction[] = [];
  private readonly triggers = new Map<RecordedAction, OpenTrigger>();

  constructor(private readonly now: () => number) {}

  add(action: Omit<RecordedAction, 'id' | 'at'>): RecordedAction {
    const added = { ...action, id: String(this.actions.length + 1), at: new Date(this.now()) };
    this.actions.push(added);
    return added;
  }

  get(id: string): RecordedAction | undefined {
    const found = this.actions.find((each) => each.id === id);
    return found && { ...found };
  }

  newest(name: string | undefined, limit: number, before?: string): RecordedAction[] {
    return this.actions
      .filter((each) => name === undefined || each.name === name)
      .filter(({ id }) => before === undefined || Number(id) < Number(before))
      .reverse()
      .slice(0, limit)
      .map((action) => ({ ...action }));
  }

  /** The pauses of a task and of all tasks, as they were: a resume or another pause ends one before its time. */
  pauses(task: string): PausedTime[] {
    return [task, ALL_TASKS].flatMap((name) => {
      const pauses: PausedTime[] = [];
      for (const { action, by, reason, at, until } of this.actions.filter((each) => each.name === name)) {
        const last = pauses.at(-1);
        const endsEarlier = action === 'pause' || action === 'resume';
        if (endsEarlier && last && (last.to === undefined || last.to > at)) last.to = at;
        if (action === 'pause') pauses.push({ name, by, reason, from: at, to: until });
      }
      return pauses;
    });
  }

  addTrigger(trigger: NewTrigger, takenBy?: string): { id: string; expiresAt: Date } {
    const { task: name, key, by, reason, expiresIn } = trigger;
    const expiresAt = this.now() + expiresIn;
    const action = this.add({ action: 'trigger', name, key, by, reason, takenBy });
    this.triggers.set(action, { ...trigger, expiresAt });
    return { id: action.id, expiresAt: new Date(expiresAt) };
  }

  take(tasks: readonly string[], replica: string): TakenTrigger[] {
    return [...this.triggers].flatMap(([action, { task, key, args, by, evenIfPaused, expiresAt }]) => {
      if (action.takenBy !== undefined || expiresAt <= this.now() || !tasks.includes(task)) return [];
      action.takenBy = replica;
      return [{ id: action.id, task, key, args, by, evenIfPaused }];
    });
  }

  start(id: string, fence: bigint): void {
    this.change(id, { fence });
  }

  answer(id: string, { answer, fence, error }: TriggerAnswer): void {
    const answeredAt = new Date(this.now());
    this.change(id, { answer, error, answeredAt, ...(fence === undefined ? {} : { fence }) });
  }

  private change(id: string, change: Partial<RecordedAction>): void {
    const action = this.actions.find((each) => each.id === id);
    if (action) Object.assign(action, change);
  }
}
