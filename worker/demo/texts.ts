import type { Form } from '../shared/fields.ts';
import type { Locale } from '../shared/locales.ts';

interface Item {
  title: string;
  body: string;
}

interface Section {
  title: string;
  lead?: string;
  items: Item[];
}

interface ProductTexts {
  form: Form;
  title: string;
  lead: string;
  action: string;
  offer: Section;
  steps: Section;
  inquiry: Item & { plain: string; points: string[] };
}

interface DemoTexts {
  company: string;
  legalName: string;
  skip: string;
  navigation: string;
  home: {
    name: string;
    title: string;
    lead: string;
    facts: { figure: string; meaning: string }[];
    strengths: Section;
    fields: Section;
    doors: Section & { more: string };
    promise: Item & { link: string };
  };
  products: Record<'mini-ai' | 'cooperation', ProductTexts & { name: string }>;
  footer: {
    tagline: string;
    site: string;
    privacy: string;
    policy: string;
    cookies: string;
    withdraw: string;
    visits: string;
    note: string;
  };
}

/** Every text of the demo site, by language. */
export const texts: Record<Locale, DemoTexts> = {
  'zh-CN': {
    company: '澄观智能',
    legalName: '澄观智能科技有限公司',
    skip: '跳到正文',
    navigation: '主导航',
    home: {
      name: '首页',
      title: '小模型，看得清',
      lead: '澄观智能把视觉与语音算法做到几兆字节，装进摄像头、手持终端和产线工控机。数据在现场就地处理，不必离开您的厂房。',
      facts: [
        { figure: '3.2 MB', meaning: '最小的检测模型' },
        { figure: '28 ms', meaning: '入门级芯片上的单帧用时' },
        { figure: '40+', meaning: '可直接试用的算法' },
      ],
      strengths: {
        title: '为现场而生的 AI',
        lead: '不追求参数最多，只追求在您的设备上跑得稳、看得准、维护得起。',
        items: [
          { title: '端侧运行', body: '断网也能工作。图像和声音在设备上分析，只把结论交给您的系统。' },
          { title: '少样本适配', body: '几十张样图即可适配新产品、新工位，通常当天就能看到效果。' },
          { title: '结果可解释', body: '每个判断都附带依据区域和置信度，质检员一眼就知道该不该复核。' },
        ],
      },
      fields: {
        title: '已经在这些地方派上用场',
        items: [
          { title: '精密制造', body: '划痕、崩边、漏装：在节拍之内完成外观检测。' },
          { title: '仓储物流', body: '面单、箱码、破损，一次拍摄全部读出。' },
          { title: '能源巡检', body: '表计读数、渗漏、异响，夜间同样可靠。' },
          { title: '智慧零售', body: '货架缺货与陈列核对，不采集顾客影像。' },
        ],
      },
      doors: {
        title: '从哪里开始',
        more: '了解详情',
        items: [
          { title: 'Mini AI 算法体验', body: '选一种算法，用您自己的样图试一试。' },
          { title: '生态合作', body: '把我们的模型带进您的设备、方案和渠道。' },
        ],
      },
      promise: {
        title: '对数据克制，是我们的习惯',
        body: '您提交的咨询只包含四项联系信息，加密保存，默认脱敏，凭回执码随时撤回。可选的 Cookie 在您同意之前一个也不会启用。',
        link: '阅读隐私政策',
      },
    },
    products: {
      'mini-ai': {
        name: 'Mini AI 体验',
        form: 'mini-ai-experience',
        title: '先试，再谈',
        lead: 'Mini AI 算法体验平台收录了四十多种轻量算法。告诉我们您想解决的问题，工程师会为您开通试用，并陪您跑完第一批样图。',
        action: '申请体验',
        offer: {
          title: '可以试用的算法',
          lead: '每种算法都提供在线试用和离线开发包，支持 ARM 与国产 NPU。',
          items: [
            { title: '文字识别', body: '印刷体、手写体与曲面喷码，中英文混排。' },
            { title: '外观缺陷', body: '金属、玻璃与织物表面的划痕、脏污和缺料。' },
            { title: '目标计数', body: '密集堆叠的料件、药片、管材，一拍即得。' },
            { title: '表计读数', body: '指针、数码与液位，角度倾斜也能读准。' },
            { title: '异响诊断', body: '由轴承和电机的声音判断磨损与松动。' },
            { title: '安全着装', body: '安全帽、反光衣与手套，只看穿戴，不认人。' },
          ],
        },
        steps: {
          title: '三步开始',
          items: [
            { title: '留下联系方式', body: '只需姓名、电话、邮箱和公司四项。' },
            { title: '一起选算法', body: '工程师在一个工作日内与您联系，确认场景与样图。' },
            { title: '开通试用', body: '获得 30 天试用账号和一份效果评估。' },
          ],
        },
        inquiry: {
          title: '申请 Mini AI 算法体验',
          body: '填写四项信息，我们会尽快与您联系。',
          plain: '打开体验申请表',
          points: ['只用于就本次体验与您联系', '加密保存，默认脱敏显示', '凭回执码随时撤回，立即删除'],
        },
      },
      cooperation: {
        name: '生态合作',
        form: 'ecological-cooperation',
        title: '让好算法走得更远',
        lead: '芯片、整机、集成、渠道：无论您在产业链的哪一环，都可以与澄观一起，把看得清的能力交到用户手中。',
        action: '咨询合作',
        offer: {
          title: '合作方式',
          lead: '规则公开，分工清楚，客户始终是您的客户。',
          items: [
            { title: '芯片与设备厂商', body: '联合移植与调优，出厂即预装，按台授权。' },
            { title: '系统集成商', body: '提供开发包、驻场支持和售前方案，按项目合作。' },
            { title: '行业软件商', body: '以接口或组件形式嵌入，可使用您自己的品牌。' },
            { title: '渠道伙伴', body: '区域保护、分级返利和统一的技术培训。' },
            { title: '高校与科研机构', body: '共建数据集与评测，联合培养工程人才。' },
            { title: '公益项目', body: '为环保、无障碍和乡村教育项目免费提供算法。' },
          ],
        },
        steps: {
          title: '合作流程',
          items: [
            { title: '初步沟通', body: '提交咨询后，合作经理在两个工作日内回复。' },
            { title: '联合验证', body: '选一个真实场景，用四周时间验证效果与成本。' },
            { title: '签约上线', body: '明确分工与收益，联合发布，持续支持。' },
          ],
        },
        inquiry: {
          title: '提交合作咨询',
          body: '留下联系方式，我们会安排对应行业的同事与您沟通。',
          plain: '打开合作咨询表',
          points: ['只用于商谈合作或答复您的咨询', '加密保存，默认脱敏显示', '凭回执码随时撤回，立即删除'],
        },
      },
    },
    footer: {
      tagline: '小模型，看得清。',
      site: '网站',
      privacy: '隐私',
      policy: '隐私政策',
      cookies: 'Cookie 设置',
      withdraw: '撤回咨询的同意',
      visits: '演示统计已启用：这是此浏览器打开的第 {count} 个页面。',
      note: '这是 lead-consent 的演示网站，澄观智能为虚构公司。',
    },
  },
  en: {
    company: 'Chengguan AI',
    legalName: 'Chengguan Intelligence Technology Co., Ltd.',
    skip: 'Skip to content',
    navigation: 'Main',
    home: {
      name: 'Home',
      title: 'Small models. Clear sight.',
      lead: 'Chengguan AI fits vision and audio into a few megabytes, and into the cameras, handhelds and line computers you already own. Data is analysed where it arises and need never leave your floor.',
      facts: [
        { figure: '3.2 MB', meaning: 'our smallest detector' },
        { figure: '28 ms', meaning: 'per frame on an entry-level chip' },
        { figure: '40+', meaning: 'algorithms ready to try' },
      ],
      strengths: {
        title: 'AI made for the shop floor',
        lead: 'We do not count parameters. We care that a model runs steadily on your device, sees well and costs little to keep.',
        items: [
          {
            title: 'Runs at the edge',
            body: 'It works without a network. Images and sound are analysed on the device; only the result goes to your system.',
          },
          {
            title: 'Learns from a few samples',
            body: 'A few dozen pictures adapt it to a new product or station, most often within a day.',
          },
          {
            title: 'Shows its reasons',
            body: 'Every verdict comes with the region it rests on and a confidence, so inspectors know what to check again.',
          },
        ],
      },
      fields: {
        title: 'Already at work',
        items: [
          {
            title: 'Precision manufacturing',
            body: 'Scratches, chips and missing parts, found within the cycle time.',
          },
          { title: 'Warehouse and logistics', body: 'Labels, box codes and damage, all from one picture.' },
          { title: 'Energy inspection', body: 'Gauges, leaks and unusual sounds, by night as by day.' },
          { title: 'Retail', body: 'Empty shelves and planograms, without filming shoppers.' },
        ],
      },
      doors: {
        title: 'Where to begin',
        more: 'Learn more',
        items: [
          { title: 'Try Mini AI', body: 'Pick an algorithm and test it on your own pictures.' },
          { title: 'Ecological cooperation', body: 'Take our models into your devices, solutions and channels.' },
        ],
      },
      promise: {
        title: 'Restraint with data is a habit here',
        body: 'An inquiry holds four contact details and nothing else. They are encrypted, masked by default, and yours to withdraw with a receipt code. No optional cookie is set before you agree.',
        link: 'Read the privacy policy',
      },
    },
    products: {
      'mini-ai': {
        name: 'Try Mini AI',
        form: 'mini-ai-experience',
        title: 'Try first, talk later',
        lead: 'The Mini AI platform holds more than forty lightweight algorithms. Tell us what you want to solve; an engineer opens a trial for you and stays through the first batch of samples.',
        action: 'Request a trial',
        offer: {
          title: 'Algorithms to try',
          lead: 'Each comes with an online trial and an offline kit, for ARM and a range of NPUs.',
          items: [
            {
              title: 'Text recognition',
              body: 'Print, handwriting and ink-jet codes on curved surfaces, Chinese and English mixed.',
            },
            { title: 'Surface defects', body: 'Scratches, stains and short shots on metal, glass and fabric.' },
            { title: 'Counting', body: 'Densely stacked parts, tablets and pipes, in one shot.' },
            { title: 'Gauge reading', body: 'Needles, digits and levels, at a slant too.' },
            { title: 'Sound diagnosis', body: 'Hears wear and looseness in bearings and motors.' },
            {
              title: 'Protective gear',
              body: 'Helmets, vests and gloves: it looks at what is worn, not at who wears it.',
            },
          ],
        },
        steps: {
          title: 'Three steps',
          items: [
            { title: 'Leave your details', body: 'Name, phone, email and company. That is all.' },
            {
              title: 'Choose together',
              body: 'An engineer calls within one working day to settle the use and the samples.',
            },
            { title: 'Start the trial', body: 'You get an account for 30 days and a written evaluation.' },
          ],
        },
        inquiry: {
          title: 'Request a Mini AI trial',
          body: 'Four details, and we will be in touch soon.',
          plain: 'Open the trial request form',
          points: [
            'Used only to contact you about this trial',
            'Encrypted, and masked by default',
            'Withdraw with your receipt code: deleted at once',
          ],
        },
      },
      cooperation: {
        name: 'Cooperation',
        form: 'ecological-cooperation',
        title: 'Good algorithms go further together',
        lead: 'Chips, devices, integration or sales: wherever you stand in the chain, you can bring clear sight to your customers with us.',
        action: 'Talk to us',
        offer: {
          title: 'Ways to work together',
          lead: 'Open rules, a clear division of work, and your customer stays your customer.',
          items: [
            {
              title: 'Chip and device makers',
              body: 'We port and tune with you; models ship preinstalled, licensed per unit.',
            },
            {
              title: 'System integrators',
              body: 'Development kits, engineers on site and presales help, project by project.',
            },
            { title: 'Software vendors', body: 'Embedded as an API or a component, under your own brand if you like.' },
            { title: 'Channel partners', body: 'Protected regions, tiered rebates and shared technical training.' },
            { title: 'Universities and labs', body: 'Joint data sets and benchmarks, and engineers trained together.' },
            { title: 'Public good', body: 'Free algorithms for conservation, accessibility and rural schools.' },
          ],
        },
        steps: {
          title: 'How it goes',
          items: [
            { title: 'First talk', body: 'A partner manager replies to your inquiry within two working days.' },
            { title: 'Joint proof', body: 'One real site, four weeks, measured results and costs.' },
            { title: 'Launch', body: 'Roles and revenue agreed, a joint release, and lasting support.' },
          ],
        },
        inquiry: {
          title: 'Send a cooperation inquiry',
          body: 'Leave your details and a colleague who knows your industry will get in touch.',
          plain: 'Open the cooperation form',
          points: [
            'Used only to discuss cooperation or answer you',
            'Encrypted, and masked by default',
            'Withdraw with your receipt code: deleted at once',
          ],
        },
      },
    },
    footer: {
      tagline: 'Small models. Clear sight.',
      site: 'Site',
      privacy: 'Privacy',
      policy: 'Privacy policy',
      cookies: 'Cookie settings',
      withdraw: 'Withdraw an inquiry',
      visits: 'Demo analytics is on: this is page {count} opened in this browser.',
      note: 'A demonstration of lead-consent. Chengguan AI is a fictional company.',
    },
  },
};
