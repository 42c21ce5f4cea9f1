import { TypeOrmModule } from '@nestjs/typeorm';
import { TaskLockModule } from 'nestjs-task-lock';

// #region minPool
TypeOrmModule.forRoot({
  type: 'postgres',
  url: process.env.DATABASE_URL,
  extra: { min: 1 }, // or { idleTimeoutMillis: 0 }
});
// #endregion minPool

// #region shutdown
TaskLockModule.forRoot({
  shutdownTimeout: process.env.NODE_ENV === 'production' ? '25s' : '1s', // if your production sets NODE_ENV
});
// #endregion shutdown
