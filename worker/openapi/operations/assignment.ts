import * as z from 'zod';
import { assignmentRule } from '../../assignment.ts';
import { forms } from '../../shared/fields.ts';
import { describe, json, named, type Operation, private_headers } from '../declaration.ts';

const rule = named('AssignmentRule', z.strictObject({ holders: z.array(z.string()) }));
const in_turn = { holders: ['王芳', '李雷'] };
const form = { description: 'The form.', enum: forms, example: 'mini-ai-experience' };
const answers = {
  200: { description: 'The rule as it is.', headers: private_headers, content: json(rule, in_turn) },
};

export const assignment_operations: Operation[] = [
  {
    id: 'showAssignmentRule',
    method: 'GET',
    path: '/assignment-rules/{form}',
    tag: 'leads',
    scope: 'tokens:manage',
    summary: { en: 'To whom new leads go', 'zh-CN': '新线索分给谁' },
    description: 'The holders to whom new leads of the form are assigned; empty for nobody.',
    path_fields: { form },
    answers,
    problems: ['unknown-form'],
  },
  {
    id: 'setAssignmentRule',
    method: 'PUT',
    path: '/assignment-rules/{form}',
    tag: 'leads',
    scope: 'tokens:manage',
    summary: { en: 'Assign new leads by rule', 'zh-CN': '设置新线索的分配规则' },
    description:
      'One holder gets every new lead of the form, several get them in turn, beginning with the first; an empty list is nobody. A holder whose tokens and accounts have all ended is passed over; a name that never had one is not. The lead is assigned in the act that stores it, and channels are told as of any new assignee (`lead.assigned`).',
    path_fields: { form },
    body: describe(assignmentRule, {
      holders: { description: 'Names as in `assigned_to`, each once, at most 50.', example: in_turn.holders },
    }),
    answers,
    problems: ['unknown-form'],
  },
];
