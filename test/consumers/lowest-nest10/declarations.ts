export * from 'nestjs-task-lock';
export * from 'nestjs-task-lock/migrations';
export * from 'nestjs-task-lock/store';
export * from 'nestjs-task-lock/testing';
