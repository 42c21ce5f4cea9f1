import { Catch, Injectable } from '@nestjs/common';
import type {
  ArgumentsHost,
  CallHandler,
  CanActivate,
  ExceptionFilter,
  ExecutionContext,
  NestInterceptor,
} from '@nestjs/common';
import { map, tap } from 'rxjs';
import type { Observable } from 'rxjs';

/** What was called around a controller's method, in order. */
export const enhancers: string[] = [];

interface TestResponse {
  status(code: number): { send(body: string): void };
}

/** A guard with the method's own name in hand. */
@Injectable()
export class ForSecretBearers implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    enhancers.push(`guard of ${context.getHandler().name}`);
    const request = context.switchToHttp().getRequest<{ headers: Record<string, string> }>();
    return request.headers['authorization'] === 'secret';
  }
}

@Injectable()
export class Timed implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(tap(() => enhancers.push(`interceptor of ${context.getHandler().name}`)));
  }
}

@Injectable()
export class Enveloped implements NestInterceptor {
  intercept(_context: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(map((data: unknown) => ({ data })));
  }
}

@Catch(RangeError)
export class TeapotFilter implements ExceptionFilter<RangeError> {
  catch(error: RangeError, host: ArgumentsHost): void {
    host.switchToHttp().getResponse<TestResponse>().status(418).send(String(error));
  }
}
