import { mount, type Component } from 'svelte';
import Broken from './parts/Broken.svelte';
import { applyTheme } from './parts/theme.svelte.ts';
import { route, type Route } from './route.ts';
import './style/base.css';
import { learn, start, type Part } from './words/words.svelte.ts';

type Page = { default: Component<Route> };

// Each page is a piece of its own, with the words that it speaks: the first page does not load the room.
const pages: Record<Route['page'], [() => Promise<unknown>, ...Part[]]> = {
  home: [() => import('./home/Home.svelte'), 'home'],
  trust: [() => import('./trust/Trust.svelte'), 'trust'],
  admin: [() => import('./admin/Admin.svelte'), 'admin'],
  compare: [() => import('./compare/Compare.svelte'), 'compare'],
  kept: [() => import('./compare/Kept.svelte'), 'compare'],
  check: [() => import('./check/Check.svelte'), 'check'],
  room: [() => import('./room/RoomPage.svelte'), 'room'],
  send: [() => import('./stream/Send.svelte'), 'stream'],
  watch: [() => import('./stream/Watch.svelte'), 'stream'],
  nowhere: [() => import('./home/Nowhere.svelte')],
};

function load(here: Route): Promise<[unknown, void]> {
  const [page, ...parts] = pages[here.page];
  return Promise.all([page(), learn('common', ...parts)]);
}

const target = document.getElementById('app')!;
const here = route(location.pathname);

start();
applyTheme();
load(here).then(
  ([page]) =>
    mount((page as Page).default, {
      target,
      props: here,
    }),
  () => mount(Broken, { target }),
);
