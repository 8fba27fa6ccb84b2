import './vscodeApi';
import { Dashboard } from './dashboard';
import { registerControls } from './ui/button';

registerControls();
const root = document.getElementById('dashboard');
if (root !== null) new Dashboard(acquireVsCodeApi(), root).start();
