// The image viewer (OHIF) as the gateway opens it: one study, Chinese, no network but the gateway.
// Loaded before the application. It also holds what the shipped page has as inline scripts, which
// the gateway's content security policy does not allow.

window.PUBLIC_URL = "/viewer/";
window.browserImportFunction = (name) => import(name);

// The view token comes in the fragment, which no server sees; the application expects it as a
// parameter, takes it, and removes it from the address at once.
const token = new URLSearchParams(window.location.hash.slice(1)).get("token");
if (token) {
  const address = new URL(window.location.href);
  address.hash = "";
  address.searchParams.set("token", token);
  window.history.replaceState(null, "", address);
}

window.config = {
  name: "recognition-gateway",
  routerBasename: "/viewer",
  extensions: [],
  modes: [],
  customizationService: { "ohif.tours": { $set: [] } },
  showStudyList: false,
  investigationalUseDialog: { option: "never" },
  maxNumberOfWebWorkers: 3,
  showWarningMessageForCrossOrigin: false,
  showCPUFallbackMessage: false,
  showLoadingIndicator: true,
  strictZSpacingForVolumeViewport: true,
  groupEnabledModesFirst: true,
  maxNumRequests: { interaction: 100, thumbnail: 5, prefetch: 10 },
  showErrorDetails: "production",
  defaultDataSourceName: "gateway",
  dataSources: [
    {
      namespace: "@ohif/extension-default.dataSourcesModule.dicomweb",
      sourceName: "gateway",
      configuration: {
        friendlyName: "检查检验结果互认网关",
        name: "gateway",
        wadoUriRoot: `${window.location.origin}/dicom-web/wado`,
        qidoRoot: `${window.location.origin}/dicom-web`,
        wadoRoot: `${window.location.origin}/dicom-web`,
        qidoSupportsIncludeField: true,
        imageRendering: "wadors",
        thumbnailRendering: "wadors",
        enableStudyLazyLoad: true,
        supportsFuzzyMatching: false,
        supportsWildcard: true,
        singlepart: "bulkdata,video",
        bulkDataURI: { enabled: true, relativeResolution: "studies" },
        omitQuotationForMultipartRequest: true,
      },
    },
  ],
};
