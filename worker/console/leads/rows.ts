import { html } from 'hono/html';
import type { Lead } from '../../../db/leads/lead.ts';
import type { Content } from '../../http/page.ts';
import type { Reader } from '../reader.ts';
import { writeAgo, writeDay, writeTime } from '../times.ts';
import { writeSeen } from './bulk/chosen.ts';
import { leadAddress } from './filters.ts';

/** A lead that has values: neither erased nor held. */
export type OpenLead = Extract<Lead, { form: string }>;

export function isOpen(lead: Lead): lead is OpenLead {
  return 'form' in lead;
}

/** Writes when a lead is to be followed up, and tells whether that day is past and the lead not closed. */
export function describeFollowUp(reader: Reader, { follow_up_on, status }: OpenLead) {
  if (follow_up_on === null) return { isLate: false, follow: '' };
  const { list } = reader.text;
  const isLate = status !== 'closed' && follow_up_on < reader.today;
  return { isLate, follow: (isLate ? list.overdue : list.followUp)(writeDay(reader, follow_up_on)) };
}

/** Draws that. The script changes it with the status. */
export function renderFollowUp(isLate: boolean, follow: string): Content {
  return html`<span class="follow${isLate ? ' late' : ''}">${follow}</span>`;
}

/** The contents of a lead's row. The script fills a row from the same names. */
interface LeadLine {
  id: string;
  /** The value of its box. */
  seen: string;
  status: string;
  /** Whether its follow-up is overdue. */
  isLate: boolean;
  received_at: string;
  exact: string;
  /** Texts by the class of the element that holds them. */
  slots: Record<'name' | 'company' | 'phone' | 'email' | 'chip' | 'form' | 'to' | 'follow' | 'ago', string>;
}

/** Writes what a lead's row says. */
export function describeLead(reader: Reader, lead: OpenLead): LeadLine {
  const { text } = reader;
  const { id, status, received_at, name, company, phone, email, form, assigned_to } = lead;
  const { isLate, follow } = describeFollowUp(reader, lead);
  return {
    id,
    seen: writeSeen(lead),
    status,
    isLate,
    received_at,
    exact: writeTime(reader, received_at),
    slots: {
      ...{ name, company, phone, email },
      chip: text.statuses[status] ?? status,
      form: text.forms[form] ?? form,
      to: assigned_to ?? text.nobody,
      follow,
      ago: writeAgo(reader, received_at),
    },
  };
}

/**
 * Draws leads as a list. The styles make a line of each where there is room, else a card.
 *
 * @param list Where the list stands, so that a lead's page leads back to it (`readList`).
 */
export function renderLeads(reader: Reader, leads: OpenLead[], list: string): Content {
  const form = mayCall(reader) ? html`<form id="dial" method="post" hidden></form>` : '';
  return html`<ol class="leads">${leads.map(lead => renderLine(reader, describeLead(reader, lead), list))}</ol>${form}`;
}

/** Draws an empty row, which the script fills for a lead that arrives. */
export function renderTemplate(reader: Reader, list: string): Content {
  const slots = { name: '', company: '', phone: '', email: '', chip: '', form: '', to: '', follow: '', ago: '' };
  return html`<template>${renderLine(reader, { id: '', seen: '', status: 'new', isLate: false, received_at: '', exact: '', slots }, list)}</template>`;
}

/** Returns whether a reader may see values, and so call. */
function mayCall({ scopes }: Reader): boolean {
  return scopes.includes('leads:reveal');
}

function renderLine(reader: Reader, line: LeadLine, list: string): Content {
  const { text } = reader;
  const { id, seen, status, isLate, received_at, exact, slots } = line;
  // The company tells apart whose masked names are alike.
  const whose = `${slots.name} ${slots.company}`.trim();
  const call = mayCall(reader)
    ? html`<button class="quiet dial" form="dial" formaction="${leadAddress(id, list, '/call')}" title="${text.lead.callHint}" aria-label="${text.lead.call} ${whose}">${text.lead.call}</button>`
    : '';
  return html`<li data-id="${id}"><label class="tick"><input type="checkbox" name="lead" value="${seen}" form="several" autocomplete="off" aria-label="${text.bulk.select} ${whose}"></label><span class="chip ${status}">${slots.chip}</span><div><a class="name" href="${leadAddress(id, list)}">${slots.name}</a><span class="company">${slots.company}</span></div><div><span class="phone">${slots.phone}</span><span class="email">${slots.email}</span></div>${call}<div><span class="form">${slots.form}</span><span class="whose"><span class="to">${slots.to}</span>${renderFollowUp(isLate, slots.follow)}</span></div><time class="ago" datetime="${received_at}" title="${exact}">${slots.ago}</time></li>
`;
}
