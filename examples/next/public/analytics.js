// Stands for what counts visits. It runs only after the visitor has allowed analytics.
document.documentElement.dataset.visit = 'counted';
