import type { Command } from 'commander';
import type { TaskState } from '../../operate/operator-types.js';
import type { Act } from '../context.js';
import { EXIT } from '../exit-codes.js';
import { alertRules, yamlOf } from '../prometheus.js';
import type { Operator } from '../session.js';

export function addAlerts(program: Command, act: Act): void {
  program
    .command('alerts')
    .summary('alert rules for Prometheus, from the intervals of the tasks')
    .description(
      'Prints three alert rules a task for Prometheus, by its own interval. They read the metrics of ' +
        'nestjs-task-lock/opentelemetry, with the gauges that it reads from the tables.',
    )
    .action(
      act(async ({ session, out }) => {
        const rules = alertRules(await allTasks(session.operator));
        out.show(rules, () => yamlOf(rules));
        return EXIT.fine;
      }),
    );
}

async function allTasks(operator: Operator): Promise<TaskState[]> {
  const tasks: TaskState[] = [];
  for (let page = 1, pages = 1; page <= pages; page++) {
    const answer = await operator.tasks({ page });
    tasks.push(...answer.items);
    pages = answer.pages;
  }
  return tasks.sort((one, other) => (one.name < other.name ? -1 : 1));
}
