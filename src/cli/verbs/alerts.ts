import type { Command } from 'commander';
import type { Act } from '../context.js';
import { EXIT } from '../exit-codes.js';
import { alertRules, yamlOf } from '../prometheus.js';

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
        const tasks = await session.operator.allTasks();
        const rules = alertRules(tasks.sort((one, other) => (one.name < other.name ? -1 : 1)));
        out.show(rules, () => yamlOf(rules));
        return EXIT.fine;
      }),
    );
}
