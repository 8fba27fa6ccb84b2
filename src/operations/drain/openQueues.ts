import { StoppedReader } from '../stoppedReader';
import { QueueDrains } from './queueDrains';
import { ServerQueueDesk } from './serverQueueDesk';

/** All that works on queues and on what stopped: one part of the package, loaded when something is first asked of it. */
export const QUEUES = { QueueDrains, ServerQueueDesk, StoppedReader };
