import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module.js';

// #region main
async function bootstrap() {
  const app = await NestFactory.create(AppModule);
  app.enableShutdownHooks(); // SIGTERM: no new claims, running tasks are awaited, locks are released
  await app.listen(process.env.PORT ?? 3000);
}
// #endregion main

void bootstrap();
