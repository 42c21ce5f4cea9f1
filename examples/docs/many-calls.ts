import { currentTaskRun, TaskLock } from 'nestjs-task-lock';

export abstract class CourseExports {
  // #region debounce
  @TaskLock('course-export', undefined, {
    key: (courseId: number) => courseId,
    debounce: { delay: '5s', maxDelay: '1m' },
  })
  async export(courseId: number): Promise<void> {
    if (currentTaskRun()?.previous) await this.removeStaleFiles(courseId); // the run before died
    await this.write(courseId);
  }
  // #endregion debounce

  // #region buffer
  @TaskLock('course-index', undefined, { key: (courseId: number) => courseId, overlap: 'bufferOne' })
  async index(courseId: number): Promise<void> {
    await this.write(courseId);
  }
  // #endregion buffer

  // #region editors
  @TaskLock('document', undefined, { key: (id: number) => id, debounce: { delay: '5s' } })
  async saveDocument(id: number): Promise<void> {
    await this.write(id); // saves at 0, 4 and 10 s: one run at 9 s, one at 15 s
  }
  // #endregion editors

  protected abstract removeStaleFiles(courseId: number): Promise<void>;
  protected abstract write(courseId: number): Promise<void>;
}
