import './vscodeApi';
import { Dashboard } from './dashboard';
import { Discovery } from './discovery/discovery';
import { registerControls } from './ui/button';

// One script draws every page: the policy lets none load another, and two would hold most of it twice.
registerControls();
const root = document.getElementById('dashboard');
if (root !== null) {
  const App = root.dataset['kind'] === 'discovery' ? Discovery : Dashboard;
  new App(acquireVsCodeApi(), root).start();
}
