// The theme without its fonts: no request of a page leaves the machine that serves it.
import DefaultTheme from 'vitepress/theme-without-fonts';
import './style.css';

export default DefaultTheme;
