import { CookieConsent } from 'lead-consent-widget/react';
import type { Metadata } from 'next';
import type { ReactNode } from 'react';
import { host } from './host';
import './site.css';

export const metadata: Metadata = { title: 'Next · lead-consent', icons: 'data:,' };

export default function Layout({ children }: { children: ReactNode }) {
  return (
    <html lang="en">
      <body>
        <CookieConsent host={host} lang="en" />
        <main>{children}</main>
        <footer>
          <button type="button" data-consent-open>
            Cookie settings
          </button>
        </footer>
      </body>
    </html>
  );
}
