import { mount } from 'svelte';
import App from './App.svelte';
import { connect } from './kiosk';
import { quieten } from './quiet';
import './style/all';

quieten(document);
mount(App, { target: document.body, props: { connect } });
