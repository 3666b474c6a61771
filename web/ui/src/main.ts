import { mount } from 'svelte';
import './style/base.css';
import App from './App.svelte';
import { applyTheme } from './parts/theme.svelte.ts';
import { start } from './words/words.svelte.ts';

start();
applyTheme();
mount(App, { target: document.getElementById('app')! });
