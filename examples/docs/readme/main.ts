import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module.js';

export async function bootstrap() {
  // #region main
  const app = await NestFactory.create(AppModule); // in your main.ts
  app.enableShutdownHooks();
  await app.listen(3000);
  // #endregion main
}
