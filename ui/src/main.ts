import { mount } from 'svelte';
import App from './App.svelte';
import { connect } from './kiosk';
import { quieten } from './quiet';
import './style/all';
import { fetchLetters } from './text/letters';

quieten(document);
// The first screen comes with its letters; without them it would stand there blank for a moment. A font that can't be
// read keeps nobody waiting: then there are the system's.
void document.fonts
  .load('500 1em "Pretendard Variable"')
  .catch(() => [])
  .then(() => mount(App, { target: document.body, props: { connect } }))
  .then(fetchLetters);
