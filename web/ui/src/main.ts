import { join } from '@madang/client';

document.querySelector('#app')!.textContent = typeof join === 'function' ? 'Madang' : '';
