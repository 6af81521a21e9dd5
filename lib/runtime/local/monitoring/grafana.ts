import { yamlText } from '../../yaml-text';
import { datasourceUid } from './dashboard';

export const dashboardFolder = '/etc/grafana/dashboards';

/** `grafana-datasource.yaml`: where Grafana finds Prometheus. */
export function grafanaDatasource(): string {
  return yamlText(
    {
      apiVersion: 1,
      datasources: [
        {
          name: 'Prometheus',
          uid: datasourceUid,
          type: 'prometheus',
          access: 'proxy',
          url: 'http://prometheus:9090',
          isDefault: true,
          editable: false,
          // manageAlerts lists the rules of Prometheus among Grafana's
          jsonData: { httpMethod: 'POST', timeInterval: '15s', manageAlerts: true },
        },
      ],
    },
    'Where Grafana finds Prometheus.',
  );
}

/** `grafana-dashboards.yaml`: files are the source, so nothing that is changed in the browser would stay. */
export function grafanaDashboards(): string {
  return yamlText(
    {
      apiVersion: 1,
      providers: [
        {
          name: 'llm',
          type: 'file',
          disableDeletion: true,
          allowUiUpdates: false,
          updateIntervalSeconds: 30,
          options: { path: dashboardFolder },
        },
      ],
    },
    'Where Grafana finds its dashboard.',
  );
}
