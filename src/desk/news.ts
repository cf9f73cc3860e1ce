import type { Cloud } from '../cloud/cloud.ts';
import type { WorldNotice } from '../world/contract.ts';
import type { World } from '../world/world.ts';
import { watchFolder } from './watch.ts';

/** The clock may jump many times in one moment: the page hears of the last, so many real ms (one frame) after the first. */
const CLOCK_AFTER = 16;

/** What the page is told: one listener, in order. */
export class News {
  #listener: (notice: WorldNotice) => void = () => {};

  subscribe(listener: (notice: WorldNotice) => void): void {
    this.#listener = listener;
  }

  tell(notice: WorldNotice): void {
    this.#listener(notice);
  }

  tellPhone(cloud: Cloud): void {
    this.tell({ type: 'phone', phone: cloud.phone() });
  }

  /** Tells what happens in a world from now on; returns how to stop. */
  follow(world: World, folder: string): () => void {
    world.onOpenFile = (path) => this.tell({ type: 'open', path });
    world.onFault = (error) => this.tell({ type: 'fault', message: error instanceof Error ? error.message : String(error) });
    const stops = [
      watchFolder(world.computer.files, folder, ({ changes, repository }) => {
        if (changes.length > 0) this.tell({ type: 'files', changes });
        if (repository || changes.length > 0) this.tell({ type: 'repository' });
      }),
      world.on((event) => {
        this.tell({ type: 'event', event });
        if (event.type === 'deployment.created' || event.type === 'users.served') this.tellPhone(world.cloud);
      }),
      world.pipelines.on((event) => {
        this.tell(event);
      }),
      world.forge.onEvent(() => this.tell({ type: 'origin' })),
      world.forge.onPush(() => this.tell({ type: 'origin' })),
      this.#followClock(world),
    ];
    return () => stops.forEach((stop) => stop());
  }

  #followClock({ clock }: World): () => void {
    let timer: ReturnType<typeof setTimeout> | null = null;
    const stop = clock.onMove(() => {
      timer ??= setTimeout(() => {
        timer = null;
        this.tell({ type: 'clock', now: clock.now() });
      }, CLOCK_AFTER);
    });
    return () => {
      stop();
      if (timer !== null) clearTimeout(timer);
    };
  }
}
