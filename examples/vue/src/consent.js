import { init } from 'lead-consent-widget';
import { onMounted, onUnmounted, ref } from 'vue';

/** Where lead-consent runs. */
export const host = import.meta.env.VITE_LEADS;

/** Runs the widget while the component that calls this is mounted: in the uppermost one. */
export function useCookieConsent(options) {
  let widget;
  onMounted(() => {
    widget = init({ host, ...options });
  });
  onUnmounted(() => widget?.remove());
}

/** Whether a purpose, like `analytics`, may be pursued now. For components below the one that runs the widget. */
export function usePurpose(purpose) {
  const isGranted = ref(false);
  let end;
  onMounted(async () => {
    // Children are mounted before their parents.
    await Promise.resolve();
    const update = () => {
      isGranted.value = window.leadConsent.has(purpose);
    };
    end = window.leadConsent.onChange(update);
    window.leadConsent.ready.then(update);
  });
  onUnmounted(() => end?.());
  return isGranted;
}
