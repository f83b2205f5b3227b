import { LeadForm } from 'lead-consent-widget/react';
import { Counting } from './counting';
import { host } from './host';

export default function Page() {
  return (
    <>
      <h1>Next</h1>
      <Counting />
      <iframe data-consent="marketing" data-consent-src="/video.html" title="Product tour" width="320" height="180" />
      <h2>Contact us</h2>
      <LeadForm form="mini-ai-experience">
        <a href={`${host}/forms/mini-ai-experience`}>Contact us</a>
      </LeadForm>
    </>
  );
}
