import { mount, type Component } from 'svelte';
import Broken from './parts/Broken.svelte';
import { applyTheme } from './parts/theme.svelte.ts';
import { route, type Route } from './route.ts';
import './style/base.css';
import { learn, start, type Part } from './words/words.svelte.ts';

type Page = { default: Component<{ room: string }> };

// Each page is a piece of its own: the first page does not load the room.
function load(here: Route): Promise<[unknown, void]> {
  const words = (...parts: Part[]) => learn('common', ...parts);
  switch (here.page) {
    case 'home':
      return Promise.all([import('./home/Home.svelte'), words('home')]);
    case 'trust':
      return Promise.all([import('./trust/Trust.svelte'), words('trust')]);
    case 'admin':
      return Promise.all([import('./admin/Admin.svelte'), words('admin')]);
    case 'room':
      return Promise.all([import('./room/RoomPage.svelte'), words('room')]);
    case 'send':
      return Promise.all([import('./stream/Send.svelte'), words('stream')]);
    case 'watch':
      return Promise.all([import('./stream/Watch.svelte'), words('stream')]);
    case 'nowhere':
      return Promise.all([import('./home/Nowhere.svelte'), words()]);
  }
}

const target = document.getElementById('app')!;
const here = route(location.pathname);

start();
applyTheme();
load(here).then(
  ([page]) =>
    mount((page as Page).default, {
      target,
      props: { room: 'room' in here ? here.room : '' },
    }),
  () => mount(Broken, { target }),
);
