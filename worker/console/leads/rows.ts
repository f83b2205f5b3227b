import type { Context } from 'hono';
import { html } from 'hono/html';
import type { Lead } from '../../../db/leads/read.ts';
import type { App } from '../../context.ts';
import type { Content } from '../../http/page.ts';
import { consoleLocale } from '../layout.ts';
import { console_texts } from '../texts/texts.ts';
import { writeAgo, writeTime } from '../times.ts';

/** A lead that has values: neither erased nor held. */
export type OpenLead = Extract<Lead, { form: string }>;

/** A lead as its row says it: texts by the class of the element that holds them. */
export interface LeadLine {
  id: string;
  status: string;
  received_at: string;
  exact: string;
  slots: Record<'name' | 'company' | 'phone' | 'email' | 'chip' | 'form' | 'to' | 'ago', string>;
}

export function describeLead(c: Context<App>, lead: OpenLead): LeadLine {
  const locale = consoleLocale(c);
  const text = console_texts[locale];
  const { settings, now } = c.var.services;
  const { id, status, received_at, name, company, phone, email, form, assigned_to } = lead;
  return {
    id,
    status,
    received_at,
    exact: writeTime(received_at, locale, settings.time_zone),
    slots: {
      ...{ name, company, phone, email },
      chip: text.statuses[status] ?? status,
      form: text.forms[form] ?? form,
      to: assigned_to ?? text.nobody,
      ago: writeAgo(received_at, locale, settings.time_zone, now()),
    },
  };
}

/** Leads as a list: a line each where there is room, else a card. */
export function renderLeads(c: Context<App>, leads: OpenLead[]): Content {
  return html`<ol class="leads">${leads.map(lead => renderLine(describeLead(c, lead)))}</ol>`;
}

/** An empty row, for the script to fill in. */
export function renderTemplate(): Content {
  const slots = { name: '', company: '', phone: '', email: '', chip: '', form: '', to: '', ago: '' };
  return html`<template>${renderLine({ id: '', status: 'new', received_at: '', exact: '', slots })}</template>`;
}

function renderLine({ id, status, received_at, exact, slots }: LeadLine): Content {
  return html`<li data-id="${id}"><span class="chip ${status}">${slots.chip}</span><div><a class="name" href="/console/leads/${id}">${slots.name}</a><span class="company">${slots.company}</span></div><div><span class="phone">${slots.phone}</span><span class="email">${slots.email}</span></div><div><span class="form">${slots.form}</span><span class="to">${slots.to}</span></div><time class="ago" datetime="${received_at}" title="${exact}">${slots.ago}</time></li>
`;
}
