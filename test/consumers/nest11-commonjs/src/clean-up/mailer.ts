import { Injectable } from '@nestjs/common';

@Injectable()
export class Mailer {
  async send(_text: string): Promise<void> {
    throw new Error('not in a test');
  }
}
