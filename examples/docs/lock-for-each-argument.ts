import { Catch, HttpStatus, Injectable } from '@nestjs/common';
import type { ArgumentsHost, ExceptionFilter } from '@nestjs/common';
import { currentTaskRun, TaskLock, TaskLockHeldError } from 'nestjs-task-lock';

interface Score {
  home: number;
  away: number;
}

interface Scores {
  refresh(gameId: number): Promise<Score>;
}

// #region game
@Injectable()
export class GameUpdates {
  constructor(private readonly scores: Scores) {}

  @TaskLock('game-update', undefined, { key: (gameId: number) => gameId })
  async update(gameId: number): Promise<Score | undefined> {
    return this.scores.refresh(gameId); // one at a time for each game, on all replicas
  }
  // #endregion game

  // #region wait
  @TaskLock('game-result', undefined, {
    key: (gameId: number) => gameId,
    overlap: 'wait',
    waitTimeout: '30s',
  })
  async result(gameId: number): Promise<Score> {
    return this.scores.refresh(gameId);
  }
  // #endregion wait

  // #region twoParts
  @TaskLock('tenant-report', undefined, {
    key: (tenant: string, id: number) => JSON.stringify([tenant, id]),
  })
  async report(tenant: string, id: number) {
    return `${tenant}: ${id}`;
  }
  // #endregion twoParts
}

export abstract class CourseExports {
  // #region export
  @TaskLock('course-export', undefined, {
    key: (courseId: number) => courseId,
    maxHold: '2h',
    overlap: 'throw',
  })
  async export(courseId: number): Promise<string> {
    const { previous, signal } = currentTaskRun()!;
    if (previous) await this.removeStaleFiles(courseId); // the run before died in the middle
    return this.write(courseId, signal);
  }
  // #endregion export

  protected abstract removeStaleFiles(courseId: number): Promise<void>;
  protected abstract write(courseId: number, signal: AbortSignal): Promise<string>;
}

export abstract class Statistics {
  // #region background
  @TaskLock('statistics', undefined, { maxHold: '15m' })
  async recompute(): Promise<void> {
    for (const page of await this.pages()) {
      currentTaskRun()?.assertHeld(); // throws when the fifteen minutes are over
      await this.compute(page);
    }
  }
  // #endregion background

  protected abstract pages(): Promise<string[]>;
  protected abstract compute(page: string): Promise<void>;
}

interface JsonResponse {
  status(code: number): { json(body: unknown): void };
}

// #region conflict
@Catch(TaskLockHeldError)
export class ConflictFilter implements ExceptionFilter<TaskLockHeldError> {
  catch({ task, heldUntil }: TaskLockHeldError, host: ArgumentsHost) {
    const response = host.switchToHttp().getResponse<JsonResponse>();
    response.status(HttpStatus.CONFLICT).json({ task, heldUntil });
  }
}
// #endregion conflict
