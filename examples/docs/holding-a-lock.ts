import { ConflictException, Injectable } from '@nestjs/common';
import { TaskLockService, TaskLockTimeoutError } from '../../src/index.js';
import type { AcquiredLock } from '../../src/index.js';

/** The products of a shop: what an import reads, and where it writes. */
@Injectable()
export class Products {
  async *pages(): AsyncIterable<string[]> {}

  async save(products: string[]): Promise<void> {
    void products;
  }
}

// #region import
@Injectable()
export class CatalogueImport {
  constructor(
    private readonly taskLock: TaskLockService,
    private readonly products: Products,
  ) {}

  async import(): Promise<'imported' | 'busy'> {
    await using lock = await this.taskLock.acquire('catalogue-import', { maxHold: '10m' });
    if (!lock) return 'busy'; // another replica imports

    for await (const page of this.products.pages()) {
      lock.assertHeld(); // throws once the ten minutes are over
      await this.products.save(page);
    }
    return 'imported';
  } // released here, also if the import throws
}
// #endregion import

// #region session
@Injectable()
export class EditingSessions {
  private readonly locks = new Map<string, AcquiredLock>();

  constructor(private readonly taskLock: TaskLockService) {}

  /** Called when a user opens a document. */
  async open(documentId: string): Promise<boolean> {
    const lock = await this.taskLock.acquire('editing', { key: documentId, maxHold: '8h' });
    if (!lock) return false; // somebody else is editing it

    this.locks.set(documentId, lock);
    lock.signal.addEventListener('abort', () => void this.close(documentId));
    return true;
  }

  /** Called when the user closes it, or the connection is lost. */
  async close(documentId: string): Promise<void> {
    await this.locks.get(documentId)?.release();
    this.locks.delete(documentId);
  }
}
// #endregion session

@Injectable()
export class WaitingImport {
  constructor(
    private readonly taskLock: TaskLockService,
    private readonly products: Products,
  ) {}

  // #region wait
  async replace(page: string[]): Promise<void> {
    try {
      await using lock = await this.taskLock.acquire('catalogue-import', { maxHold: '10m', wait: '5s' });
      await this.products.save(page);
      lock.assertHeld();
    } catch (error) {
      if (error instanceof TaskLockTimeoutError)
        throw new ConflictException(`${error.heldBy} imports the catalogue`);
      throw error;
    }
  }
  // #endregion wait

  // #region byHand
  async replaceByHand(page: string[]): Promise<string> {
    const lock = await this.taskLock.acquire('catalogue-import', { maxHold: '10m' });
    if (!lock) return 'busy';
    try {
      await this.products.save(page);
    } finally {
      await lock.release();
    }
    return 'done';
  }
  // #endregion byHand
}
