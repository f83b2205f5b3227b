'use client';

import { usePurpose } from 'lead-consent-widget/react';
import Script from 'next/script';

/** Loads what counts visits once the visitor has allowed analytics. */
export function Counting() {
  const mayCount = usePurpose('analytics');
  return (
    <p id="counted">
      {mayCount ? 'This visit is counted.' : 'This visit is not counted.'}
      {mayCount && <Script src="/analytics.js" />}
    </p>
  );
}
